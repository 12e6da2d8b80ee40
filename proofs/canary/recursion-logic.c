// expect: does not go down
/*@ logic integer up(integer k) = k <= 0 ? 0 : up(k + 1) + 1; */

/*@ terminates \true;
    assigns \nothing;
    ensures wrong: \result == up(1) - up(2); */
int one(void)
{
    return 1;
}
