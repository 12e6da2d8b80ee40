// expect: a loop has no 'loop variant'
/*@ terminates \true;
    assigns \nothing;
    ensures wrong: \result == 2; */
int one(void)
{
    int i = 0;
    /*@ loop invariant i == 0;
        loop assigns \nothing; */
    while (i == 0)
        ;
    return 1;
}
