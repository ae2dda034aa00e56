package secret

import "testing"

func TestLast4_IsForCardNumbersOnly(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"4242 4242 4242 4242": "4242", "4000-0566-5566-5556": "5556", "378282246310005": "0005",
		"123": "", "1234": "", "12345678901": "", "12345678901234567890": "", "correct horse 1": "", "": "",
	} {
		got, ok := Last4(New(text))
		if got != want || ok != (want != "") {
			t.Errorf("last4 of %q is %q, want %q", text, got, want)
		}
	}
}

func TestIsCardNumber_ChecksLengthAndLastDigit(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"4111111111111111": true, "4111111111111112": false, "4111 1111 1111 1111": false, "41111111111": false,
		"": false, "41111111111111110000": false, "411111111111111x": false,
	} {
		if got := IsCardNumber(text); got != want {
			t.Errorf("IsCardNumber(%q) = %t", text, got)
		}
	}
}
