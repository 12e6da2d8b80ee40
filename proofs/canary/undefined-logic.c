// expect: declared but not defined
/*@ logic integer oracle(integer x); */

/*@ terminates \true;
    assigns \nothing;
    ensures same: oracle(\result) == oracle(1); */
int one(void)
{
    return 1;
}
