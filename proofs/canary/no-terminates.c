// expect: the contract has no 'terminates
/*@ assigns \nothing;
    ensures one: \result == 1; */
int one(void)
{
    return 1;
}
