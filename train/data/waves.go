package data

// wavesLength is the length of the longest wave.
const wavesLength = 48

// quarterWave is 64·sin(2π·k/64) for k from 0 to 16, rounded.
var quarterWave = [17]int{0, 6, 12, 19, 24, 30, 36, 41, 45, 49, 53, 56, 59, 61, 63, 64, 64}

// Waves returns n noisy sine waves of 24 to 48 samples. Field "x" (x: [n, 48, 1],
// Floats32, padded with 0) has the waves, and field "lengths" their lengths. Field "y" has
// the class by the period: slow (32 samples), medium (16) or fast (8), which take turns.
//
// A wave has a random phase and an amplitude a of 0.5 to 1. Each sample is
// a·sin(phase + 2π·t/period) and noise within ±0.125, in steps of 1/64.
//
// A recurrent network that takes the lengths learns the classes from 1,000 waves, one
// that reads the padding too much less well.
//
// The waves follow from seed alone, on every processor; other seeds give other waves.
// ErrOption unless n is 1 to 2^24.
func Waves(n int, seed uint64) (*Dataset, error) {
	if err := checkSynthetic("Waves", n); err != nil {
		return nil, err
	}
	waves := make([][]float32, n)
	for i := range waves {
		waves[i] = wave(2<<(i%3), newStream(seed, syntheticStream+uint64(i)))
	}
	x, lengths, err := Sequences("x", waves, SequenceOptions{Step: []int{1}, Length: wavesLength})
	if err != nil {
		return nil, err
	}
	return New(x, lengths, turns(n, "slow", "medium", "fast"))
}

// wave draws a wave that goes on by step of 64 parts of its period each sample.
func wave(step int, random *stream) []float32 {
	samples := make([]float32, random.within(wavesLength/2, wavesLength))
	phase, amplitude := random.within(0, 63), random.within(32, 64)
	for t := range samples {
		samples[t] = float32(amplitude*sine(phase+step*t)/64+random.within(-8, 8)) / 64
	}
	return samples
}

// sine returns 64·sin(2π·k/64), rounded, for k >= 0.
func sine(k int) int {
	k %= 64
	switch {
	case k < 16:
		return quarterWave[k]
	case k < 32:
		return quarterWave[32-k]
	}
	return -sine(k - 32)
}
