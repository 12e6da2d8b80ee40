// expect: forbidden word 'goto'
/*@ terminates \true;
    assigns \nothing;
    ensures wrong: \result == 2; */
int one(void)
{
again:
    goto again;
    return 1;
}
