// expect: smoke test failed: trust_wp_smoke
// No 'requires' is to blame: it is the call that cannot be.

/*@ terminates \true;
    assigns \nothing;
    ensures impossible: \result > x && \result < x; */
static int liar(int x);

/*@ terminates \true;
    assigns \nothing;
    ensures wrong: \result == 77; */
int trust(int x)
{
    return liar(x);
}
