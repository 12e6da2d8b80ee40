// expect: forbidden word 'union'
union word {
    int whole;
    char part[4];
};

/*@ terminates \true;
    assigns \nothing;
    ensures one: \result == 1; */
int one(void)
{
    union word w;
    w.whole = 1;
    return w.whole;
}
