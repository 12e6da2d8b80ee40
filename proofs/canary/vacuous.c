// expect: smoke test failed
/*@ requires x > 3 && x < 2;
    terminates \true;
    assigns \nothing;
    ensures wrong: \result == 77; */
int one(int x)
{
    return 1;
}
