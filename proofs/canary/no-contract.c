// expect: half: no contract
int half(int x)
{
    return x / 2;
}
