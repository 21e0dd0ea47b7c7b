// Runs apply and update steps through Kubernetes' own structured-merge-diff, for the test beside it to compare with.
//
// Reads one scenario per line from standard input and writes one answer per line: after each step the object and what every manager owns,
// or the conflicts, or that the step is invalid (and changed nothing).
package main

import (
	"bufio"
	"encoding/json"
	"os"

	"sigs.k8s.io/structured-merge-diff/v4/fieldpath"
	"sigs.k8s.io/structured-merge-diff/v4/merge"
	"sigs.k8s.io/structured-merge-diff/v4/typed"
	"sigs.k8s.io/structured-merge-diff/v4/value"
)

const version = fieldpath.APIVersion("v1")

type scenario struct {
	Schema string `json:"schema"`
	Steps  []step `json:"steps"`
}

type step struct {
	Manager string          `json:"manager"`
	Apply   bool            `json:"apply"`
	Force   bool            `json:"force"`
	Object  json.RawMessage `json:"object"`
}

type owned struct {
	Applied bool            `json:"applied"`
	Fields  json.RawMessage `json:"fields"`
}

type conflict struct {
	Manager string `json:"manager"`
	Path    string `json:"path"`
}

type outcome struct {
	Invalid   string           `json:"invalid,omitempty"`
	Conflicts []conflict       `json:"conflicts,omitempty"`
	Object    interface{}      `json:"object,omitempty"`
	Managers  map[string]owned `json:"managers,omitempty"`
}

// Objects have one version only.
type sameVersion struct{}

func (sameVersion) Convert(object *typed.TypedValue, _ fieldpath.APIVersion) (*typed.TypedValue, error) {
	return object, nil
}

func (sameVersion) IsMissingVersionError(error) bool { return false }

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	decoder := json.NewDecoder(in)
	for decoder.More() {
		var s scenario
		if err := decoder.Decode(&s); err != nil {
			panic(err)
		}
		if err := encoder.Encode(run(s)); err != nil {
			panic(err)
		}
	}
}

func run(s scenario) []outcome {
	parser, err := typed.NewParser(typed.YAMLObject(s.Schema))
	if err != nil {
		return []outcome{{Invalid: "schema: " + err.Error()}}
	}
	root := parser.Type("root")
	live, err := root.FromUnstructured(map[string]interface{}{})
	if err != nil {
		return []outcome{{Invalid: "empty: " + err.Error()}}
	}
	updater := &merge.Updater{Converter: sameVersion{}}
	managers := fieldpath.ManagedFields{}
	outcomes := make([]outcome, 0, len(s.Steps))
	for _, step := range s.Steps {
		var result outcome
		live, managers, result = take(updater, root, live, managers, step)
		outcomes = append(outcomes, result)
	}
	return outcomes
}

func take(updater *merge.Updater, root typed.ParseableType, live *typed.TypedValue, managers fieldpath.ManagedFields, s step) (*typed.TypedValue, fieldpath.ManagedFields, outcome) {
	parsed, err := value.FromJSON(s.Object)
	if err != nil {
		return live, managers, outcome{Invalid: err.Error()}
	}
	object, err := root.FromUnstructured(parsed.Unstructured())
	if err != nil {
		return live, managers, outcome{Invalid: err.Error()}
	}

	var after *typed.TypedValue
	var owners fieldpath.ManagedFields
	if s.Apply {
		after, owners, err = updater.Apply(live, object, version, managers, s.Manager, s.Force)
	} else {
		after, owners, err = updater.Update(live, object, version, managers, s.Manager)
	}
	if conflicts, is := err.(merge.Conflicts); is {
		var found []conflict
		for _, c := range conflicts {
			found = append(found, conflict{c.Manager, c.Path.String()})
		}
		return live, managers, outcome{Conflicts: found}
	}
	if err != nil {
		return live, managers, outcome{Invalid: err.Error()}
	}

	if after == nil {
		// An apply that changes nothing answers no object.
		after = live
	}
	result := outcome{Object: after.AsValue().Unstructured(), Managers: map[string]owned{}}
	for name, set := range owners {
		fields, err := set.Set().ToJSON()
		if err != nil {
			return live, managers, outcome{Invalid: err.Error()}
		}
		result.Managers[name] = owned{set.Applied(), fields}
	}
	return after, owners, result
}
