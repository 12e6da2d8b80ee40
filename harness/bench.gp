# Plots of make bench: gnuplot -e "folder='build/report'; kind='svg'" harness/bench.gp
set datafile separator ","
if (kind eq "svg") set terminal svg size 1100,640 background "white"; else set terminal pngcairo size 1100,640
set grid ytics
set key top left
set style fill solid 0.8

there(name) = int(system("test -f ".folder."/".name." && echo 1 || echo 0"))

if (there("bench-plot.csv")) {
set output folder."/bench.".kind
set title "ns per operation: 1 GiB of pages, 1 thread, batch 63 (medians of one interleaved run)"
set ylabel "ns"
set yrange [0:*]
set style data histogram
set style histogram clustered gap 1
set xtics rotate by -20
plot for [c=2:*] folder."/bench-plot.csv" using c:xtic(1) title columnheader(c)
}

if (!there("bench-growth.csv") || !there("bench-set-up.csv")) exit
set output folder."/bench-growth.".kind
set title "Cost by size: optimized variant and textbook"
set xlabel "pages"
set ylabel "ns per operation"
set logscale x 2
set format x "2^{%L}"
set xtics norotate
set style data linespoints
rows = "opt textbook"
plot for [r in rows] "< grep -E '^pages|,".r.",' ".folder."/bench-growth.csv" using 1:4 title r." bulk free", \
     for [r in rows] "< grep -E '^pages|,".r.",' ".folder."/bench-growth.csv" using 1:6 title r." rand free", \
     for [r in rows] "< grep -E '^pages|,".r.",' ".folder."/bench-growth.csv" using 1:7 title r." churn90"

set output folder."/bench-set-up.".kind
set title "Set-up of a zone and release of all its pages"
set ylabel "ms"
set logscale y
set yrange [*:*]
plot folder."/bench-set-up.csv" using 1:($2/1e6) title "any memory", \
     folder."/bench-set-up.csv" using 1:($3/1e6) title "zeroed memory"
