// expect: changes its limit
/*@ logic integer down(integer s, integer k) = k <= s ? 0 : down(s - 1, k - 1) + 1; */

/*@ terminates \true;
    assigns \nothing;
    ensures wrong: \result == down(0, 1) - down(0, 2); */
int one(void)
{
    return 1;
}
