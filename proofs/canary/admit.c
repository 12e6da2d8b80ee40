// expect: forbidden word 'admit'
/*@ terminates \true;
    assigns \nothing;
    ensures wrong: \result == 2; */
int one(void)
{
    //@ admit \false;
    return 1;
}
