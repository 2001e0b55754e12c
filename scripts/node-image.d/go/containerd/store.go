package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/core/images"
	"github.com/containerd/containerd/v2/core/metadata"
	"github.com/containerd/containerd/v2/core/snapshots"
	"github.com/containerd/containerd/v2/pkg/namespaces"
	"github.com/containerd/containerd/v2/plugins/content/local"
	"github.com/containerd/containerd/v2/plugins/snapshots/overlay"
	bolt "go.etcd.io/bbolt"
)

const (
	snapshotterName = "overlayfs"
	snapshotterDir  = "io.containerd.snapshotter.v1.overlayfs"
	contentDir      = "io.containerd.content.v1.content"
	metadataDir     = "io.containerd.metadata.v1.bolt"
	namespace       = "k8s.io" // the one the kubelet's images live in
)

// store is containerd's store on disk, opened by its own libraries without its daemon.
type store struct {
	ctx       context.Context
	root      string
	layers    string
	content   content.Store
	snapshots snapshots.Snapshotter
	images    images.Store
	close     func()
}

func openStore(ctx context.Context, root, layers string) (*store, error) {
	ctx = namespaces.WithNamespace(ctx, namespace)
	for _, dir := range []string{contentDir, metadataDir} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o700); err != nil {
			return nil, err
		}
	}
	blobs, err := local.NewStore(filepath.Join(root, contentDir))
	if err != nil {
		return nil, err
	}
	overlays, err := overlay.NewSnapshotter(filepath.Join(root, snapshotterDir))
	if err != nil {
		return nil, err
	}
	file := filepath.Join(root, metadataDir, "meta.db")
	// NoFreelistSync as containerd itself sets it. The lock is held while containerd runs: then fail, do not wait.
	db, err := bolt.Open(file, 0o644, &bolt.Options{Timeout: 5 * time.Second, NoFreelistSync: true})
	if err != nil {
		overlays.Close()
		return nil, fmt.Errorf("%s (does containerd still run?): %w", file, err)
	}
	meta := metadata.NewDB(db, blobs, map[string]snapshots.Snapshotter{snapshotterName: overlays})
	s := &store{
		ctx: ctx, root: root, layers: layers,
		content: meta.ContentStore(), snapshots: meta.Snapshotter(snapshotterName), images: metadata.NewImageStore(meta),
		close: func() { db.Close(); overlays.Close() },
	}
	if err := meta.Init(ctx); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// layerPath is where the content of a layer lies: LAYERS/<hex digest>/fs.
func (s *store) layerPath(layer string) string {
	return filepath.Join(s.layers, strings.TrimPrefix(layer, "sha256:"), "fs")
}

// relink lets snapshots of an earlier run point into the layers directory of this one: it is another one when layers had
// to be copied then and need not be now, or the other way round. A link to a layer that is gone stays as it is:
// its image is dropped, and containerd's garbage collector removes link and snapshot.
func (s *store) relink() error {
	links, err := filepath.Glob(filepath.Join(s.root, snapshotterDir, "snapshots", "*", "fs"))
	if err != nil {
		return err
	}
	for _, link := range links {
		old, err := os.Readlink(link)
		if err != nil {
			continue // a directory: a snapshot that is not ours
		}
		target := s.layerPath(filepath.Base(filepath.Dir(old)))
		if _, err := os.Stat(target); target == old || err != nil {
			continue
		}
		if err := os.Remove(link + ".new"); err != nil && !os.IsNotExist(err) {
			return err
		}
		if err := os.Symlink(target, link+".new"); err != nil {
			return err
		}
		if err := os.Rename(link+".new", link); err != nil {
			return err
		}
	}
	return nil
}
