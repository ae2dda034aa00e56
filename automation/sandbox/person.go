package sandbox

// Person plays the scenario's user: it answers what a session asks. One
// person sees one attempt, and is used by one goroutine at a time.
type Person struct {
	scenario         Scenario
	passwords, codes int // how often asked so far
}

// Person returns a person who has not been asked anything yet.
func (s Scenario) Person() *Person { return &Person{scenario: s} }

// Answer gives the values for a prompt of this kind, by field name as the
// hosted flow's forms have them. An approval is answered elsewhere: nil.
func (p *Person) Answer(kind string) map[string]string {
	answers := p.scenario.Answers
	switch kind {
	case "credentials":
		p.passwords++
		return map[string]string{"username": p.scenario.Username, "password": nth(answers.Passwords, p.passwords)}
	case "one_time_code":
		p.codes++
		if code := nth(answers.Codes, p.codes); code != Resend {
			return map[string]string{"code": code}
		}
		return map[string]string{"action": "resend"}
	case "choice":
		return map[string]string{"choice": answers.Choice}
	case "text":
		return map[string]string{"text": answers.Text}
	case "confirm":
		return map[string]string{"confirm": "yes"}
	default:
		return nil
	}
}

// nth counts from 1 and stays at the last.
func nth(values []string, n int) string { return values[min(n, len(values))-1] }
