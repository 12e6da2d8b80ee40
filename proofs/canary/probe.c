// expect: \false is provable: two_check_plumb_probe
// A straight line without 'requires' has no smoke test: only the probes see what the lemma does.

/*@ logic integer same(integer x) = x;
    lemma wrong: \forall integer x; same(x) > x; */

/*@ terminates \true;
    assigns \nothing;
    ensures wrong: \result == 77; */
int two(void)
{
    int x = 2;
    //@ assert first: same(x) == 2;
    return x;
}
