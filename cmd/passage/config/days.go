package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// maxDays keeps a number of days within the range of a duration.
const maxDays = 36500

// Days is a duration of whole days, written as 400d; 0 is none.
type Days time.Duration

// UnmarshalText reads 400d or 0.
func (d *Days) UnmarshalText(text []byte) error {
	number, isDays := strings.CutSuffix(string(text), "d")
	days, err := strconv.Atoi(number)
	if err != nil || days < 0 || days > maxDays || !isDays && days != 0 {
		return fmt.Errorf("%q is not a number of days such as 400d", text)
	}
	*d = Days(time.Duration(days) * 24 * time.Hour)
	return nil
}
