#!/bin/sh
# link.sh RATE PROGRAM [ARGUMENT...] runs a program on two ranks of Open MPI that have nothing but a link
# of that rate between them, such as 500mbit. It needs Linux, iproute2 and the rights of root, and makes
# two network namespaces that it removes at the end.
set -eu
rate=$1
shift
a=symgrad-a-$$ b=symgrad-b-$$ agent=$(mktemp)
trap 'ip netns del $a; ip netns del $b; rm -f "$agent"' EXIT
ip netns add "$a"
ip netns add "$b"
ip link add link0 netns "$a" type veth peer name link0 netns "$b"
i=1
for n in "$a" "$b"; do
	ip -n "$n" addr add 10.77.0.$i/24 dev link0
	ip -n "$n" link set lo up
	ip -n "$n" link set link0 up
	ip netns exec "$n" tc qdisc add dev link0 root tbf rate "$rate" burst 256kb latency 50ms
	i=$((i + 1))
done
# In the place of ssh.
cat >"$agent" <<END
#!/bin/sh
case \$1 in 10.77.0.1) n=$a ;; *) n=$b ;; esac
shift
exec ip netns exec \$n sh -c "\$*"
END
chmod +x "$agent"
ip netns exec "$a" mpirun --allow-run-as-root --bind-to none --mca plm_rsh_agent "$agent" --mca btl tcp,self \
	--mca btl_tcp_if_include 10.77.0.0/24 --mca oob_tcp_if_include 10.77.0.0/24 --host 10.77.0.1,10.77.0.2 -n 2 "$@"
