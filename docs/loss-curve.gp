# The picture in experiments.md, from the CSV that --history writes:
#   ./rnn train tinyshakespeare.txt --history loss.csv && gnuplot docs/loss-curve.gp > docs/loss-curve.svg
set datafile separator ","
set terminal svg size 800,360 font "sans-serif,13" background "#ffffff"
set border 3 lc rgb "#888888"
set tics nomirror out
set grid ytics lc rgb "#dddddd"
set format x "%.0f"
set xlabel "step (windows of 25 characters)"
set ylabel "loss, nats per window"
set yrange [40:80]
set key top right
plot "loss.csv" every 6::1 using 1:2 with lines lw 0.5 lc rgb "#b8c7dc" title "loss, mean of 16 windows", \
     "loss.csv" every 10::1 using 1:3 with lines lw 2 lc rgb "#1f4e9c" title "smooth loss"
