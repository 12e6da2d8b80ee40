// expect: forbidden word 'asm'
/*@ terminates \true;
    assigns \nothing;
    ensures same: \result == x; */
int same(int x)
{
    asm("nop");
    return x;
}
