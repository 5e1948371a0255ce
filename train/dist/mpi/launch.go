package mpi

import (
	"cmp"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/pkg/errors"
)

// launch is how the process was started.
type launch struct {
	by    string // the variable that a launcher has set; "" without one
	ranks int    // 0 if the launcher does not say
	mpich bool   // the launcher is of MPICH or its kin
}

// launchers are the variables that launchers set, the surest first. with is what a launcher sets
// too: a PMI_SIZE of 1 alone is no launcher.
var launchers = []struct {
	by, ranks string
	with      []string
	mpich     bool
}{
	{by: "OMPI_COMM_WORLD_SIZE", ranks: "OMPI_COMM_WORLD_SIZE"},
	{by: "MV2_COMM_WORLD_SIZE", ranks: "MV2_COMM_WORLD_SIZE", mpich: true},
	{by: "PMIX_RANK"},
	{by: "PMI_RANK", ranks: "PMI_SIZE", with: []string{"PMI_FD", "PMI_PORT"}, mpich: true},
}

// launched reads what launchers leave in the environment.
func launched(env func(string) string) launch {
	for _, l := range launchers {
		if env(l.by) == "" {
			continue
		}
		n, _ := strconv.Atoi(env(l.ranks))
		ok := l.with == nil || n > 1
		for _, w := range l.with {
			ok = ok || env(w) != ""
		}
		if ok {
			return launch{l.by, n, l.mpich}
		}
	}
	return launch{}
}

// self returns what the process is called before MPI has started.
func (l launch) self(env func(string) string) string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown machine"
	}
	text := fmt.Sprintf("process %d on %s", os.Getpid(), host)
	for _, name := range []string{"OMPI_COMM_WORLD_RANK", "MV2_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"} {
		if r := env(name); r != "" {
			text = fmt.Sprintf("rank %s (%s)", r, text)
			break
		}
	}
	return text
}

// usual are the settings of MPI's own libraries that the package wants, where they are not set.
var usual = [][2]string{
	// Ranks that wait leave their core to those that compute.
	{"OMPI_MCA_mpi_yield_when_idle", "1"},
	// Otherwise a rank asks for each long message, and on a connection the question waits behind what
	// the rank sends itself: the directions took turns, and a link was half used.
	{"OMPI_MCA_btl_tcp_flags", "send"},
	// The Go runtime gives memory back by system calls that these do not see. A registration kept
	// for the next message would then be that of other memory.
	{"OMPI_MCA_mpi_leave_pinned", "0"},
	{"UCX_RCACHE_ENABLE", "n"},
	{"UCX_IB_REG_METHODS", "direct"},
	{"UCX_WARN_UNUSED_ENV_VARS", "n"}, // each of the last two is for some versions
	{"FI_MR_CACHE_MONITOR", "disabled"},
}

// setUsual sets them. It is called before the library is loaded.
func setUsual() error {
	for _, s := range usual {
		if _, ok := os.LookupEnv(s[0]); ok {
			continue
		}
		if err := os.Setenv(s[0], s[1]); err != nil {
			return err
		}
	}
	return nil
}

// duration returns what the variable name is set to, or usual.
func duration(env func(string) string, name string, usual time.Duration) (time.Duration, error) {
	d, err := time.ParseDuration(cmp.Or(env(name), usual.String()))
	if err == nil && d <= 0 {
		err = errors.New("it is not above 0")
	}
	return d, errors.Wrapf(err, "got %s=%q, want a duration such as %v", name, env(name), usual)
}
