// expect: Unreachable
/*@ terminates \true;
    assigns \nothing;
    ensures one: \result == 1; */
int one(void)
{
    return 1;
    //@ assert never: \false;
    return 2;
}
