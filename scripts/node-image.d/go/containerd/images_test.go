package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/opencontainers/go-digest"
)

// node is a containerd root with a layers directory of its own, as a node image and a volume would give them.
type node struct {
	*testing.T
	root string
}

func image(name, content string) bundledImage {
	layer := digest.FromString("layer of " + content).String()
	return bundledImage{Name: name, Layer: layer, Config: `{"of":"` + content + `"}`, Manifest: `{"schemaVersion":2,"of":"` + content + `"}`}
}

func layersWith(t *testing.T, images ...bundledImage) string {
	layers := t.TempDir()
	for _, image := range images {
		s := store{layers: layers}
		if err := os.MkdirAll(s.layerPath(image.Layer), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return layers
}

func (n node) load(layers string, images ...bundledImage) {
	n.Helper()
	data, _ := json.Marshal(images)
	file := filepath.Join(n.TempDir(), "images.json")
	if err := os.WriteFile(file, data, 0o644); err != nil {
		n.Fatal(err)
	}
	if err := loadImages(context.Background(), []string{file, layers, n.root}); err != nil {
		n.Fatal(err)
	}
}

// names are the images in the store that are not ids.
func (n node) names() (names []string) {
	n.Helper()
	n.with(func(s *store) {
		all, err := s.images.List(s.ctx)
		if err != nil {
			n.Fatal(err)
		}
		for _, image := range all {
			if _, err := digest.Parse(image.Name); err != nil {
				names = append(names, image.Name)
			}
		}
	})
	slices.Sort(names)
	return names
}

// rootOf is where the snapshot of an image's layer leads.
func (n node) rootOf(image bundledImage) (path string) {
	n.Helper()
	n.with(func(s *store) {
		mounts, err := s.snapshots.View(s.ctx, "view", image.Layer)
		if err != nil {
			n.Fatal(err)
		}
		defer s.snapshots.Remove(s.ctx, "view")
		if path, err = os.Readlink(mounts[0].Source); err != nil {
			n.Fatal(err)
		}
	})
	return path
}

func (n node) with(do func(*store)) {
	n.Helper()
	s, err := openStore(context.Background(), n.root, n.TempDir())
	if err != nil {
		n.Fatal(err)
	}
	defer s.close()
	do(s)
}

func (n node) expect(got, want any) {
	n.Helper()
	if g, w := mustJSON(got), mustJSON(want); g != w {
		n.Errorf("expected %s, found %s", w, g)
	}
}

func mustJSON(v any) string {
	data, _ := json.Marshal(v)
	return string(data)
}

func TestImagesOfANewStoreLeadToTheLayersOfTheNodeImage(t *testing.T) {
	n, a := node{t, t.TempDir()}, image("registry/a:1", "a")
	layers := layersWith(t, a)
	n.load(layers, a)
	n.expect(n.names(), []string{"registry/a:1"})
	n.expect(n.rootOf(a), filepath.Join(layers, digest.Digest(a.Layer).Encoded(), "fs"))
}

func TestASecondRunChangesNothing(t *testing.T) {
	n, a := node{t, t.TempDir()}, image("registry/a:1", "a")
	layers := layersWith(t, a)
	n.load(layers, a)
	n.load(layers, a)
	n.expect(n.names(), []string{"registry/a:1"})
}

func TestARunKilledBeforeItsSnapshotWasCommittedIsFinishedByTheNext(t *testing.T) {
	n, a := node{t, t.TempDir()}, image("registry/a:1", "a")
	layers := layersWith(t, a)
	n.with(func(s *store) {
		if _, err := s.snapshots.Prepare(s.ctx, "rkube-"+a.Layer, ""); err != nil {
			t.Fatal(err)
		}
	})
	n.load(layers, a)
	n.expect(n.rootOf(a), filepath.Join(layers, digest.Digest(a.Layer).Encoded(), "fs"))
}

func TestAnotherNodeImageDropsTheImagesItDoesNotBringAndKeepsTheUsers(t *testing.T) {
	n, old, kept := node{t, t.TempDir()}, image("registry/old:1", "old"), image("registry/kept:1", "kept")
	n.load(layersWith(t, old, kept), old, kept)
	n.with(func(s *store) { // as the user's own pull would: without our label
		record, err := s.images.Get(s.ctx, kept.Name)
		if err != nil {
			t.Fatal(err)
		}
		record.Name, record.Labels = "user/own:1", nil
		if _, err := s.images.Create(s.ctx, record); err != nil {
			t.Fatal(err)
		}
	})
	n.load(layersWith(t, kept), kept)
	n.expect(n.names(), []string{"registry/kept:1", "user/own:1"})
}

func TestTheSameNameMeansTheContentOfTheNewNodeImage(t *testing.T) {
	n, before, after := node{t, t.TempDir()}, image("registry/a:1", "before"), image("registry/a:1", "after")
	n.load(layersWith(t, before), before)
	n.load(layersWith(t, after), after)
	n.with(func(s *store) {
		record, err := s.images.Get(s.ctx, "registry/a:1")
		if err != nil {
			t.Fatal(err)
		}
		n.expect(record.Target.Digest, digest.FromString(after.Manifest))
	})
}

func TestLayersThatMovedAreFoundAgain(t *testing.T) {
	n, a := node{t, t.TempDir()}, image("registry/a:1", "a")
	n.load(layersWith(t, a), a)
	moved := layersWith(t, a)
	n.load(moved, a)
	n.expect(n.rootOf(a), filepath.Join(moved, digest.Digest(a.Layer).Encoded(), "fs"))
}
