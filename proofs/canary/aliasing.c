// expect: unproven typed_ref_caller_call_swap_
/*@ requires \valid(x) && \valid(y);
    terminates \true;
    assigns *x, *y;
    ensures swapped: *x == \old(*y) && *y == \old(*x); */
void swap(int *x, int *y)
{
    int old = *x;
    *x = *y;
    *y = old;
}

/*@ requires \valid(x);
    terminates \true;
    assigns *x; */
void caller(int *x)
{
    swap(x, x);
}
