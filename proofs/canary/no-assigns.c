// expect: the contract has no 'assigns'
/*@ terminates \true;
    ensures one: \result == 1; */
int one(void)
{
    return 1;
}
