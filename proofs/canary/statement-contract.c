// expect: statement contract
/*@ terminates \true;
    assigns \nothing;
    ensures two: \result == 2; */
int one(void)
{
    int x = 1;
    /*@ ensures x == 2; */
    x = x + 0;
    return x;
}
