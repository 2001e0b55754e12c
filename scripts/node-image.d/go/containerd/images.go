package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/core/images"
	"github.com/containerd/containerd/v2/core/snapshots"
	"github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Labels containerd's garbage collector follows from a manifest to its configuration and from there to the snapshot
// (core/metadata/gc.go), labels by which its Kubernetes side knows its images (internal/cri/labels), and our own.
const (
	gcConfig     = "containerd.io/gc.ref.content.config"
	gcSnapshot   = "containerd.io/gc.ref.snapshot." + snapshotterName
	criManaged   = "io.cri-containerd.image"
	criPinned    = "io.cri-containerd.pinned"
	labelBundled = "dev.rkube.bundled"
)

// bundledImage is one image of images.json. It has one layer, which lies unpacked in the layers directory; manifest and
// configuration are given as the exact bytes their digests are made of.
type bundledImage struct {
	Name     string `json:"name"`
	Pinned   bool   `json:"pinned"`
	Layer    string `json:"layer"` // digest of the layer's tar; with one layer also the name of its snapshot
	Config   string `json:"config"`
	Manifest string `json:"manifest"`
}

// loadImages makes the store under args[2] hold the images that args[0] lists, with their layers in place under args[1].
// It makes the store a new node starts with, when the node image is built, and in the node brings an older store up to date.
//
// Nothing is unpacked or copied: a snapshot's content is a symbolic link to its layer, and the layer's tar is nowhere,
// as after a pull with discard_unpacked_layers. It must run while containerd does not. It may be repeated, also after
// having been killed: each step is done only where it is not done yet.
//
// A node image may be replaced under a store that lives on. So images of the former node image that this one has not
// are dropped, and images of the same name now mean the new content. Images that came by other ways stay.
func loadImages(ctx context.Context, args []string) error {
	if len(args) != 3 {
		return errors.New("usage: rkube-images IMAGES.json LAYERS-DIRECTORY CONTAINERD-ROOT")
	}
	file, layers, root := args[0], args[1], args[2]
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var list []bundledImage
	if err := json.Unmarshal(raw, &list); err != nil {
		return fmt.Errorf("%s: expected a list of images: %w", file, err)
	}
	s, err := openStore(ctx, root, layers)
	if err != nil {
		return fmt.Errorf("open containerd's store in %s: %w", root, err)
	}
	defer s.close()
	if err := s.relink(); err != nil {
		return err
	}
	wanted := map[string]bool{}
	for _, image := range list {
		names, err := s.add(image)
		if err != nil {
			return fmt.Errorf("image %s: %w", image.Name, err)
		}
		for _, name := range names {
			wanted[name] = true
		}
	}
	return s.dropBundledExcept(wanted)
}

// add stores one image and returns the names it goes by: its own and its id, by which Kubernetes' side knows it too.
func (s *store) add(image bundledImage) ([]string, error) {
	config, manifest := []byte(image.Config), []byte(image.Manifest)
	id := digest.FromBytes(config)
	if err := s.addSnapshot(image.Layer); err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	if err := s.addBlob(config, ocispec.MediaTypeImageConfig, map[string]string{gcSnapshot: image.Layer}); err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	if err := s.addBlob(manifest, ocispec.MediaTypeImageManifest, map[string]string{gcConfig: id.String()}); err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	labels := map[string]string{criManaged: "managed", labelBundled: "true"}
	if image.Pinned {
		labels[criPinned] = "pinned"
	}
	target := ocispec.Descriptor{MediaType: ocispec.MediaTypeImageManifest, Digest: digest.FromBytes(manifest), Size: int64(len(manifest))}
	names := []string{image.Name, id.String()}
	for _, name := range names {
		record := images.Image{Name: name, Target: target, Labels: labels}
		_, err := s.images.Create(s.ctx, record)
		if errdefs.IsAlreadyExists(err) {
			_, err = s.images.Update(s.ctx, record)
		}
		if err != nil {
			return nil, fmt.Errorf("record %s: %w", name, err)
		}
	}
	return names, nil
}

func (s *store) addBlob(data []byte, mediaType string, labels map[string]string) error {
	desc := ocispec.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(data), Size: int64(len(data))}
	return content.WriteBlob(s.ctx, s.content, "rkube-"+desc.Digest.String(), strings.NewReader(string(data)), desc, content.WithLabels(labels))
}

func (s *store) addSnapshot(layer string) error {
	if _, err := s.snapshots.Stat(s.ctx, layer); err == nil {
		return nil // relink has seen to its link
	} else if !errdefs.IsNotFound(err) {
		return err
	}
	target := s.layerPath(layer) // not looked at: when the node image is built, it is not there yet
	key := "rkube-" + layer
	if err := s.snapshots.Remove(s.ctx, key); err != nil && !errdefs.IsNotFound(err) { // left by a killed run
		return err
	}
	mounts, err := s.snapshots.Prepare(s.ctx, key, "")
	if err != nil {
		return err
	}
	// A snapshot without parent is offered as a bind mount of its directory: the place where the link belongs.
	directory := mounts[0].Source
	if err := os.Remove(directory); err != nil {
		return err
	}
	if err := os.Symlink(target, directory); err != nil {
		return err
	}
	return s.snapshots.Commit(s.ctx, layer, key, snapshots.WithLabels(map[string]string{labelBundled: "true"}))
}

func (s *store) dropBundledExcept(wanted map[string]bool) error {
	all, err := s.images.List(s.ctx)
	if err != nil {
		return err
	}
	for _, image := range all {
		if image.Labels[labelBundled] == "" || wanted[image.Name] {
			continue
		}
		if err := s.images.Delete(s.ctx, image.Name); err != nil {
			return fmt.Errorf("drop image %s of a former node image: %w", image.Name, err)
		}
	}
	return nil
}
