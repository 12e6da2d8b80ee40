// expect: forbidden word 'volatile'
/*@ terminates \true;
    assigns \nothing;
    ensures one: \result == 1; */
int one(void)
{
    volatile int x = 1;
    return x;
}
