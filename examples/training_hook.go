// A hook in Go: whether a transformer is trained anew, only applied, or left alone.
//
// The host asks one request in JSON on each line of the standard input, and reads one answer on each line of the standard output. As a
// program, `datasurface.toml` names it:
//
//	[hooks.training]
//	command = ["./training_hook"]
//	settings = { history = "Shop/history", fewest_changes = 2 }
//
// As a WebAssembly module, `GOOS=wasip1 GOARCH=wasm go build -o training_hook.wasm training_hook.go` makes it.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

type line struct {
	Number  uint64                     `json:"number"`
	Request map[string]json.RawMessage `json:"request"`
}

type triggerDue struct {
	Settings struct {
		History       string `json:"history"`
		FewestChanges uint64 `json:"fewest_changes"`
	} `json:"settings"`
	Event struct {
		Workspace string  `json:"workspace"`
		Inputs    []input `json:"inputs"`
	} `json:"event"`
}

type input struct {
	Dataset        string `json:"dataset"`
	Batch          uint64 `json:"batch"`
	SeenBatch      uint64 `json:"seen_batch"`
	ChangedRecords uint64 `json:"changed_records"`
}

// answer is what a hook says of an event: a decision, if it makes one, and notes.
type answer struct {
	Decision string   `json:"decision,omitempty"`
	Notes    []string `json:"notes,omitempty"`
}

func decide(request json.RawMessage) (any, error) {
	var due triggerDue
	if err := json.Unmarshal(request, &due); err != nil {
		return nil, err
	}
	if due.Event.Workspace != "Forecast" {
		return answer{}, nil
	}
	var changes uint64
	for _, each := range due.Event.Inputs {
		if each.Batch <= each.SeenBatch {
			continue
		}
		if each.Dataset == due.Settings.History {
			return answer{"run_in_full", []string{"the history moved: trained anew"}}, nil
		}
		changes += each.ChangedRecords
	}
	if changes < due.Settings.FewestChanges {
		return answer{"skip", []string{fmt.Sprintf("too few changes: %d", changes)}}, nil
	}
	return answer{Decision: "run_incrementally"}, nil
}

func hello(json.RawMessage) (any, error) {
	return map[string]any{"protocol": 1, "events": []string{"trigger_due"}}, nil
}

func respond(text []byte) (map[string]any, error) {
	var asked line
	if err := json.Unmarshal(text, &asked); err != nil {
		return nil, err
	}
	answers := map[string]func(json.RawMessage) (any, error){"hello": hello, "trigger_due": decide}
	response := map[string]any{}
	for kind, request := range asked.Request {
		answered, err := answers[kind](request)
		if err != nil {
			return nil, err
		}
		response[kind] = answered
	}
	return map[string]any{"number": asked.Number, "response": response}, nil
}

func main() {
	lines := bufio.NewReader(os.Stdin)
	for {
		text, err := lines.ReadBytes('\n')
		if len(text) == 0 {
			return
		}
		response, failure := respond(text)
		if failure == nil {
			failure = json.NewEncoder(os.Stdout).Encode(response)
		}
		if failure != nil {
			fmt.Fprintln(os.Stderr, failure)
			os.Exit(1)
		}
		if err != nil {
			return
		}
	}
}
