// expect: predicate small: means different things
// with: proofs/canary/good.c
/*@ predicate small(integer n) = n <= 0; */

/*@ requires small(x);
    terminates \true;
    assigns \nothing;
    ensures not_positive: \result <= 0; */
int same(int x)
{
    return x;
}
