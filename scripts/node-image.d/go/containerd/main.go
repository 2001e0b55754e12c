// Command containerd is containerd, its client ctr, and rkube-images, which puts the images that come with the node into
// containerd's store. The three share nearly all of their code. The shim stays a program of its own: one runs per pod, and
// it must not carry containerd's plugins.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	_ "github.com/containerd/containerd/v2/cmd/containerd/builtins"
	"github.com/containerd/containerd/v2/cmd/containerd/command"
	"github.com/containerd/containerd/v2/cmd/ctr/app"
)

func main() {
	ctx := context.Background()
	name := filepath.Base(os.Args[0])
	var err error
	switch name {
	case "containerd":
		err = command.App().Run(ctx, os.Args)
	case "ctr":
		err = app.New().Run(ctx, os.Args)
	case "rkube-images":
		err = loadImages(ctx, os.Args[1:])
	default:
		err = fmt.Errorf("not a name of this program; call it as containerd, ctr or rkube-images")
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}
