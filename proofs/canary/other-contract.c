// expect: is not the one proofs/canary/good.c proves
// with: proofs/canary/good.c
/*@ requires \valid(x);
    terminates \true;
    assigns *x;
    ensures wrong: *x == 5; */
void add_up_in_place(int *x);

/*@ requires \valid(x);
    terminates \true;
    assigns *x;
    ensures five: *x == 5; */
void five(int *x)
{
    add_up_in_place(x);
}
