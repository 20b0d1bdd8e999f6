// Prints the bcrypt hash of what it reads: Prometheus keeps passwords so, and Node has no bcrypt.
package main

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/crypto/bcrypt"
)

func main() {
	password, err := io.ReadAll(os.Stdin)
	if err == nil {
		var hash []byte
		// Passwords here are random: a costly hash would only make each request slow.
		hash, err = bcrypt.GenerateFromPassword(password, bcrypt.MinCost)
		fmt.Print(string(hash))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
