// expect: log, unknown warning
// WP believes little of a pointer that is cast to another type, and says so.
/*@ requires \valid(x);
    terminates \true;
    assigns \nothing; */
int first_byte(int *x)
{
    char *byte = (char *)x;
    return *byte;
}
