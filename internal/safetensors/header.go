package safetensors

import (
	"errors"
	"fmt"
	"math"

	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/strictjson"
)

// maxRank bounds the number of axes of a tensor.
const maxRank = 255

// entry is one tensor as the header describes it.
type entry struct {
	name, dtype string
	shape       []int
	begin, end  uint64
}

// header is the decoded JSON header.
type header struct {
	meta    map[string]string
	tensors []entry
}

// parseHeader decodes the JSON header.
//
// The grammar of the header has a fixed depth, so the decoder is one function a
// level and reads nothing else; encoding/json would accept keys twice, keys in
// another case, null in place of anything and lone surrogates.
//
//	header = "{" [ pair { "," pair } ] "}" { white space }
//	pair   = "__metadata__" ":" object of strings | name ":" tensor
//	tensor = object with exactly dtype, shape, data_offsets
func parseHeader(text []byte) (header, error) {
	s := strictjson.New(text)
	var h header
	if len(text) == 0 || text[0] != '{' {
		return h, errors.New("got another first byte, want '{'")
	}
	seen := map[string]struct{}{}
	err := s.Object(func(name []byte) error {
		key := string(name)
		if _, twice := seen[key]; twice {
			return s.Errorf("got the key %q twice, want it once", key)
		}
		seen[key] = struct{}{}
		if key == metaKey {
			var err error
			h.meta, err = readMeta(s)
			return err
		}
		e, err := readTensor(s, key)
		if err != nil {
			return fmt.Errorf("tensor %q: %w", mistake.Clip(key), err)
		}
		h.tensors = append(h.tensors, e)
		return nil
	})
	if err != nil {
		return h, err
	}
	return h, s.End()
}

// readMeta reads the object of strings under "__metadata__".
func readMeta(s *strictjson.Scanner) (map[string]string, error) {
	m := map[string]string{}
	err := s.Object(func(name []byte) error {
		key := string(name)
		if _, twice := m[key]; twice {
			return s.Errorf("got the key %q twice, want it once", key)
		}
		value, err := s.String()
		if err != nil {
			return err
		}
		m[key] = value
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", metaKey, err)
	}
	return m, nil
}

// readTensor reads the description of one tensor.
func readTensor(s *strictjson.Scanner, name string) (entry, error) {
	e := entry{name: name}
	var hasType, hasShape, hasRange bool
	once := func(flag *bool, key string) error {
		if *flag {
			return s.Errorf("got the key %q twice, want it once", key)
		}
		*flag = true
		return nil
	}
	err := s.Object(func(name []byte) error {
		switch key := string(name); key {
		case "dtype":
			if err := once(&hasType, key); err != nil {
				return err
			}
			return e.readType(s)
		case "shape":
			if err := once(&hasShape, key); err != nil {
				return err
			}
			return e.readShape(s)
		case "data_offsets":
			if err := once(&hasRange, key); err != nil {
				return err
			}
			return e.readRange(s)
		}
		return s.Errorf("got the key %q, want dtype, shape and data_offsets", name)
	})
	switch {
	case err != nil:
		return e, err
	case !hasType:
		return e, s.Errorf("got no key \"dtype\", want one")
	case !hasShape:
		return e, s.Errorf("got no key \"shape\", want one")
	case !hasRange:
		return e, s.Errorf("got no key \"data_offsets\", want one")
	}
	return e, nil
}

func (e *entry) readType(s *strictjson.Scanner) (err error) {
	if e.dtype, err = s.String(); err != nil {
		return err
	}
	if bitsOf[e.dtype] == 0 {
		return s.Errorf("got the element type %q, want one of the format", e.dtype)
	}
	return nil
}

func (e *entry) readShape(s *strictjson.Scanner) error {
	e.shape = []int{}
	return s.Array(func() error {
		n, err := s.Integer()
		if err != nil {
			return err
		}
		if n > math.MaxInt {
			return s.Errorf("got the axis %d, want one that fits in memory", n)
		}
		if len(e.shape) == maxRank {
			return s.Errorf("got %d axes, want at most %d", maxRank+1, maxRank)
		}
		e.shape = append(e.shape, int(n))
		return nil
	})
}

func (e *entry) readRange(s *strictjson.Scanner) error {
	count := 0
	err := s.Array(func() (err error) {
		switch count++; count {
		case 1:
			e.begin, err = s.Integer()
		case 2:
			e.end, err = s.Integer()
		default:
			err = s.Errorf("got more than two data_offsets, want two")
		}
		return err
	})
	if err == nil && count != 2 {
		err = s.Errorf("got %d data_offsets, want two", count)
	}
	return err
}
