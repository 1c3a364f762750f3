package peer

import (
	"fmt"
	"sync"
)

// Phone is the telephone system behind a voice side: variables and recordings.
type Phone struct {
	mu         sync.Mutex
	variables  map[string]any
	recordings map[string]bool
	started    int
}

func NewPhone() *Phone {
	return &Phone{variables: map[string]any{}, recordings: map[string]bool{}}
}

func (p *Phone) Set(data map[string]any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for key, value := range data {
		p.variables[key] = value
	}
}

// Get returns all variables where no key is named.
func (p *Phone) Get(keys []string) map[string]any {
	p.mu.Lock()
	defer p.mu.Unlock()
	found := map[string]any{}
	for key, value := range p.variables {
		if len(keys) == 0 {
			found[key] = value
		}
	}
	for _, key := range keys {
		if value, ok := p.variables[key]; ok {
			found[key] = value
		}
	}
	return found
}

func (p *Phone) StartRecording(tags []string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.started++
	id := fmt.Sprintf("recording-%d", p.started)
	p.recordings[id] = true
	Say("recording", tags)
	return id
}

func (p *Phone) StopRecording(id string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.recordings[id] {
		return fmt.Errorf("there is no recording %s", id)
	}
	delete(p.recordings, id)
	return nil
}
