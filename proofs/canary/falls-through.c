// expect: unknown warning
/*@ requires x == 0;
    terminates \true;
    assigns \nothing;
    ensures \result == 0; */
int falls_through(int x) {
    if (x == 0) {
        return 0;
    }
}
