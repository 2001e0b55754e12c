// Command etcd is etcd, etcdctl and etcdutl in one program, chosen by the name it is called by.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/etcdctl/v3/ctlv3"
	"go.etcd.io/etcd/etcdutl/v3/etcdutl"
	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() {
	switch name := filepath.Base(os.Args[0]); name {
	case "etcd":
		etcdmain.Main(os.Args)
	case "etcdctl":
		ctlv3.MustStart()
	case "etcdutl":
		if utl().Execute() != nil { // cobra has printed it
			os.Exit(1)
		}
	default:
		fmt.Fprintf(os.Stderr, "etcd: called as %q; call it as etcd, etcdctl or etcdutl\n", name)
		os.Exit(2)
	}
}

// utl puts etcdutl's commands together: its own root command is not exported.
func utl() *cobra.Command {
	root := &cobra.Command{Use: "etcdutl", Short: "Administer etcd data files", SilenceUsage: true}
	root.PersistentFlags().StringVarP(&etcdutl.OutputFormat, "write-out", "w", "simple", "fields, json, protobuf, simple or table")
	root.AddCommand(etcdutl.NewDefragCommand(), etcdutl.NewSnapshotCommand(), etcdutl.NewHashKVCommand(),
		etcdutl.NewVersionCommand(), etcdutl.NewCompletionCommand(), etcdutl.NewMigrateCommand())
	return root
}
