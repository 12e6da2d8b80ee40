// expect: forbidden word 'axiom'
/*@ axiomatic Magic {
      axiom false_is_true: \false;
    } */

/*@ terminates \true;
    assigns \nothing;
    ensures wrong: \result == 2; */
int one(void)
{
    return 1;
}
