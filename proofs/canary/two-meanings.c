// expect: logic sum: means different things
// with: proofs/canary/good.c
/*@ logic integer sum(integer n) = n; */

/*@ requires sum(x) == 3;
    terminates \true;
    assigns \nothing;
    ensures same: \result == 3; */
int same(int x)
{
    return x;
}
