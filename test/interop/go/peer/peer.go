// Package peer lets a test drive a program that speaks RTVBP: the program says what happens as JSON lines on standard
// output, and takes commands as JSON lines on standard input. It ends when its standard input does.
package peer

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"strings"
	"sync"
)

// Options are what every program can be told.
type Options struct {
	Role     string   // application: listens; voice: dials URL
	URL      string   // voice only
	Profiles []string // subprotocols to offer or to accept; none: the header is not used
	Token    string   // voice only: Authorization: Bearer
	Refuse   bool     // application only: answers session.initialize with an error
}

func ReadOptions() Options {
	var options Options
	flag.StringVar(&options.Role, "role", "application", "application or voice")
	flag.StringVar(&options.URL, "url", "", "what the voice side dials")
	profiles := flag.String("profiles", "", "subprotocols, separated by commas")
	flag.StringVar(&options.Token, "token", "", "bearer token of the voice side")
	flag.BoolVar(&options.Refuse, "refuse", false, "refuse session.initialize")
	flag.Parse()
	if *profiles != "" {
		options.Profiles = strings.Split(*profiles, ",")
	}
	return options
}

// Session is the part of a session that a command needs.
type Session interface {
	Request(method string, params json.RawMessage) (any, error)
	Emit(event string, data json.RawMessage) error
	Close() error
}

// Caller is what a voice side adds to it.
type Caller interface {
	Press(digit string) error
	HangUp(reason string) error
	Terminate(reason string) error
}

// Refusal is the error of an answer, field for field as the wire has it.
type Refusal struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Any     any    `json:"any,omitempty"`
}

func (r *Refusal) Error() string { return r.Message }

type command struct {
	ID     int             `json:"id"`
	Do     string          `json:"do"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Bytes  []byte          `json:"bytes"`
	Text   string          `json:"text"`
}

// Peer is the session under test and the sound it received.
type Peer struct {
	mu      sync.Mutex
	session Session
	audio   io.ReadWriter
	heard   []byte
}

// Begin hands over the session that commands are for, and its sound.
func (p *Peer) Begin(session Session, audio io.ReadWriter) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.session, p.audio = session, audio
}

// Serve carries commands out, each beside the others, until there are no more.
func (p *Peer) Serve() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var c command
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			Fail(err)
		}
		go func() {
			result, err := p.do(c)
			if err == nil {
				say(map[string]any{"id": c.ID, "result": result})
				return
			}
			var refusal *Refusal
			if !errors.As(err, &refusal) {
				refusal = &Refusal{Code: 0, Message: err.Error()}
			}
			say(map[string]any{"id": c.ID, "error": refusal})
		}()
	}
}

func (p *Peer) do(c command) (any, error) {
	p.mu.Lock()
	session, audio := p.session, p.audio
	p.mu.Unlock()
	if session == nil {
		return nil, errors.New("there is no session")
	}
	caller, _ := session.(Caller)
	switch {
	case c.Do == "request":
		return session.Request(c.Method, c.Params)
	case c.Do == "emit":
		return nil, session.Emit(c.Method, c.Params)
	case c.Do == "close":
		return nil, session.Close()
	case c.Do == "speak":
		_, err := audio.Write(c.Bytes)
		return nil, err
	case c.Do == "listen":
		go p.listen(audio)
		return nil, nil
	case c.Do == "heard":
		p.mu.Lock()
		defer p.mu.Unlock()
		return append([]byte{}, p.heard...), nil
	case c.Do == "press" && caller != nil:
		return nil, caller.Press(c.Text)
	case c.Do == "hangup" && caller != nil:
		return nil, caller.HangUp(c.Text)
	case c.Do == "terminate" && caller != nil:
		return nil, caller.Terminate(c.Text)
	}
	return nil, errors.New("no such command: " + c.Do)
}

func (p *Peer) listen(audio io.Reader) {
	buffer := make([]byte, 4096)
	for {
		n, err := audio.Read(buffer)
		p.mu.Lock()
		p.heard = append(p.heard, buffer[:n]...)
		p.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// Say tells the test that something happened.
func Say(event string, data any) { say(map[string]any{"event": event, "data": data}) }

// Ended tells the test that the session is over.
func Ended(err error) {
	if err != nil {
		Say("ended", err.Error())
		return
	}
	Say("ended", nil)
}

// Fail ends the program.
func Fail(err error) {
	Say("failed", err.Error())
	os.Exit(1)
}

var output sync.Mutex

func say(line any) {
	output.Lock()
	defer output.Unlock()
	_ = json.NewEncoder(os.Stdout).Encode(line)
}
