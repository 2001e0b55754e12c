// flows: many short TCP connections at once, for the network benchmark.
//
//	flows serve :PORT                        answers with what it gets
//	flows dial HOST:PORT COUNT AT_ONCE       connects, sends 5 bytes, reads them back; prints JSON
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"sync"
	"time"
)

// A connection that takes longer counts as lost.
const patience = 60 * time.Second

func main() {
	if len(os.Args) == 3 && os.Args[1] == "serve" {
		fail(serve(os.Args[2]))
	}
	if len(os.Args) != 5 || os.Args[1] != "dial" {
		fail(fmt.Errorf("usage: flows serve :PORT | flows dial HOST:PORT COUNT AT_ONCE"))
	}
	count, err := strconv.Atoi(os.Args[3])
	fail(err)
	atOnce, err := strconv.Atoi(os.Args[4])
	fail(err)
	fail(json.NewEncoder(os.Stdout).Encode(dial(os.Args[2], count, atOnce)))
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "flows:", err)
		os.Exit(1)
	}
}

func serve(address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer connection.Close()
			io.Copy(connection, connection)
		}()
	}
}

type result struct {
	Done    int            `json:"done"`
	Lost    map[string]int `json:"lost"`
	Seconds float64        `json:"seconds"`
	Slowest float64        `json:"slowest"`
}

func dial(address string, count, atOnce int) result {
	var (
		group sync.WaitGroup
		mutex sync.Mutex
	)
	found := result{Lost: map[string]int{}}
	gate := make(chan struct{}, atOnce)
	start := time.Now()
	for range count {
		gate <- struct{}{}
		group.Go(func() {
			defer func() { <-gate }()
			began := time.Now()
			problem := once(address)
			mutex.Lock()
			defer mutex.Unlock()
			if problem == "" {
				found.Done++
			} else {
				found.Lost[problem]++
			}
			found.Slowest = max(found.Slowest, time.Since(began).Seconds())
		})
	}
	group.Wait()
	found.Seconds = time.Since(start).Seconds()
	return found
}

// once says what went wrong, "" for nothing.
func once(address string) string {
	connection, err := net.DialTimeout("tcp", address, patience)
	if err != nil {
		return "connect"
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(patience))
	if _, err := connection.Write([]byte("hello")); err != nil {
		return "send"
	}
	if _, err := io.ReadFull(connection, make([]byte, 5)); err != nil {
		return "receive"
	}
	return ""
}
