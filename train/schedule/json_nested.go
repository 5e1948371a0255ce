package schedule

// The schedules that hold others are JSON with the names of the types: see Marshal.

// MarshalJSON returns what Marshal does.
func (s WarmUp) MarshalJSON() ([]byte, error) { return write(s) }

// UnmarshalJSON sets s to what Marshal or MarshalJSON has written.
func (s *WarmUp) UnmarshalJSON(text []byte) error { return readFields(text, s) }

// MarshalJSON returns what Marshal does.
func (s PerEpoch) MarshalJSON() ([]byte, error) { return write(s) }

// UnmarshalJSON sets s to what Marshal or MarshalJSON has written.
func (s *PerEpoch) UnmarshalJSON(text []byte) error { return readFields(text, s) }

// MarshalJSON returns what Marshal does.
func (s Scale) MarshalJSON() ([]byte, error) { return write(s) }

// UnmarshalJSON sets s to what Marshal or MarshalJSON has written.
func (s *Scale) UnmarshalJSON(text []byte) error { return readFields(text, s) }

// MarshalJSON returns what Marshal does.
func (s Clamp) MarshalJSON() ([]byte, error) { return write(s) }

// UnmarshalJSON sets s to what Marshal or MarshalJSON has written.
func (s *Clamp) UnmarshalJSON(text []byte) error { return readFields(text, s) }

// MarshalJSON returns what Marshal does.
func (s Sequence) MarshalJSON() ([]byte, error) { return write(s) }

// UnmarshalJSON sets s to what Marshal or MarshalJSON has written.
func (s *Sequence) UnmarshalJSON(text []byte) error { return readFields(text, s) }

// MarshalJSON returns what Marshal does.
func (s Product) MarshalJSON() ([]byte, error) { return write(s) }

// UnmarshalJSON sets s to what Marshal or MarshalJSON has written.
func (s *Product) UnmarshalJSON(text []byte) error { return readFields(text, s) }

// MarshalJSON returns what Marshal does.
func (s Plateau) MarshalJSON() ([]byte, error) { return write(s) }

// UnmarshalJSON sets s to what Marshal or MarshalJSON has written.
func (s *Plateau) UnmarshalJSON(text []byte) error { return readFields(text, s) }
