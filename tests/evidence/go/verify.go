// An independent verifier of an evidence folder: Go's own transparency log and signed notes
// (golang.org/x/mod/sumdb), which share no line with ours.
//
//	verify FOLDER   exit 0: every tile, entry, the checkpoint and the proofs verify; 1: why not
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type storage []tlog.Hash

func (s storage) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(s)) {
			return nil, fmt.Errorf("no hash %d", index)
		}
		found[i] = s[index]
	}
	return found, nil
}

func main() {
	size, err := verify(os.Args[1])
	if err != nil {
		fmt.Println("does not verify:", err)
		os.Exit(1)
	}
	fmt.Println("verified:", size)
}

// open verifies a checkpoint's signature and gives size and root.
func open(data []byte, key note.Verifier) (int64, tlog.Hash, error) {
	var root tlog.Hash
	opened, err := note.Open(data, note.VerifierList(key))
	if err != nil {
		return 0, root, err
	}
	for _, sig := range append(opened.Sigs, opened.UnverifiedSigs...) {
		if _, err := base64.StdEncoding.Strict().DecodeString(sig.Base64); err != nil {
			return 0, root, err
		}
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != key.Name() || lines[3] != "" {
		return 0, root, fmt.Errorf("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return 0, root, err
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(raw) != 32 {
		return 0, root, fmt.Errorf("a root is 32 bytes of base64")
	}
	copy(root[:], raw)
	return size, root, nil
}

// path is a tile's or bundle's name as C2SP tlog-tiles has it.
func path(level string, n int64, width int64) string {
	name := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		name = fmt.Sprintf("x%03d/%s", n%1000, name)
	}
	if width < 256 {
		name += fmt.Sprintf(".p/%d", width)
	}
	return filepath.Join("tile", level, name)
}

func verify(folder string) (int64, error) {
	vkey, err := os.ReadFile(filepath.Join(folder, "vkey"))
	if err != nil {
		return 0, err
	}
	key, err := note.NewVerifier(strings.TrimSuffix(string(vkey), "\n"))
	if err != nil {
		return 0, err
	}
	if string(vkey) != strings.TrimSuffix(string(vkey), "\n")+"\n" {
		return 0, fmt.Errorf("vkey: one line")
	}
	data, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		return 0, err
	}
	size, root, err := open(data, key)
	if err != nil {
		return 0, err
	}
	hashes, records, err := hashAll(folder, size)
	if err != nil {
		return 0, err
	}
	found, err := tlog.TreeHash(size, hashes)
	if err != nil || found != root {
		return 0, fmt.Errorf("the entries do not lead to the root")
	}
	if err := checkTiles(folder, size, hashes); err != nil {
		return 0, err
	}
	return size, checkProofs(folder, key, records)
}

func hashAll(folder string, size int64) (storage, []tlog.Hash, error) {
	var hashes storage
	var records []tlog.Hash
	for n := int64(0); n*256 < size; n++ {
		width := size - n*256
		if width > 256 {
			width = 256
		}
		data, err := os.ReadFile(filepath.Join(folder, path("entries", n, width)))
		if err != nil {
			return nil, nil, err
		}
		for i := int64(0); i < width; i++ {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				return nil, nil, fmt.Errorf("bundle %d is cut off", n)
			}
			stop := 2 + int(binary.BigEndian.Uint16(data))
			record := tlog.RecordHash(data[2:stop])
			data = data[stop:]
			more, err := tlog.StoredHashesForRecordHash(n*256+i, record, hashes)
			if err != nil {
				return nil, nil, err
			}
			hashes, records = append(hashes, more...), append(records, record)
		}
		if len(data) > 0 {
			return nil, nil, fmt.Errorf("bundle %d is too long", n)
		}
	}
	return hashes, records, nil
}

func checkTiles(folder string, size int64, hashes storage) error {
	for _, tile := range tlog.NewTiles(8, 0, size) {
		if tile.W < 256 && int64(tile.W) != (size>>(8*uint(tile.L)))%256 {
			continue // narrower than the last tile is by now
		}
		want, err := tlog.ReadTileData(tile, hashes)
		if err != nil {
			return err
		}
		name := path(strconv.Itoa(tile.L), tile.N, int64(tile.W))
		data, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil || !bytes.Equal(data, want) {
			return fmt.Errorf("%s is not what the entries give", name)
		}
	}
	return nil
}

func checkProofs(folder string, key note.Verifier, records []tlog.Hash) error {
	names, _ := filepath.Glob(filepath.Join(folder, "proofs", "*.tlog-proof"))
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		parts := strings.SplitN(string(data), "\n\n", 2)
		if len(parts) != 2 {
			return fmt.Errorf("%s: malformed", name)
		}
		lines := strings.Split(parts[0], "\n")
		index := strings.TrimSuffix(filepath.Base(name), ".tlog-proof")
		if len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || lines[1] != "index "+index {
			return fmt.Errorf("%s: malformed", name)
		}
		at, err := strconv.ParseInt(index, 10, 64)
		if err != nil || at >= int64(len(records)) {
			return fmt.Errorf("%s: no such entry", name)
		}
		var proof tlog.RecordProof
		for _, line := range lines[2:] {
			raw, err := base64.StdEncoding.Strict().DecodeString(line)
			if err != nil || len(raw) != 32 {
				return fmt.Errorf("%s: not a hash", name)
			}
			var hash tlog.Hash
			copy(hash[:], raw)
			proof = append(proof, hash)
		}
		size, root, err := open([]byte(parts[1]), key)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, size, root, at, records[at]); err != nil {
			return err
		}
	}
	return nil
}
