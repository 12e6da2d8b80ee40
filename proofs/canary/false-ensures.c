// expect: unproven typed_ref_twice_ensures_wrong
/*@ requires 0 <= x <= 1000;
    terminates \true;
    assigns \nothing;
    ensures wrong: \result == 2 * x + 1; */
int twice(int x)
{
    return 2 * x;
}
