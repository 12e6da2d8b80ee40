// expect: recursion without the form
/*@ logic integer grows(integer k) = (k <= 0 ? 1 : 0) + grows(k - 1) * grows(k - 1); */

/*@ terminates \true;
    assigns \nothing;
    ensures wrong: \result == grows(1) - grows(2); */
int one(void)
{
    return 1;
}
