// expect: recursion: even -> odd -> even
/*@ requires x >= 0;
    terminates \true;
    assigns \nothing; */
int odd(int x);

/*@ requires x >= 0;
    terminates \true;
    assigns \nothing; */
int even(int x)
{
    return odd(x);
}

int odd(int x)
{
    return even(x);
}
