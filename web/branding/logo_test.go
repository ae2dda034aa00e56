package branding

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
)

// webp is a lossless picture of 32 by 32 pixels, all of one colour.
const webp = "UklGRhwAAABXRUJQVlA4TA8AAAAvH8AHAAcQEf0PRET/Aw=="

func filled(wide, high int, with color.Color) *image.NRGBA {
	picture := image.NewNRGBA(image.Rect(0, 0, wide, high))
	for n := range wide * high {
		picture.Set(n%wide, n/wide, with)
	}
	return picture
}

func encoded(t testing.TB, encode func(*bytes.Buffer) error) []byte {
	t.Helper()
	var content bytes.Buffer
	if err := encode(&content); err != nil {
		t.Fatal(err)
	}
	return content.Bytes()
}

func asPNG(t testing.TB, picture image.Image) []byte {
	return encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, picture) })
}

// samples are pictures in every format.
func samples(t testing.TB) map[string][]byte {
	t.Helper()
	picture := filled(64, 40, color.RGBA{0xaa, 0x22, 0x33, 0xff})
	fromWebP, err := base64.StdEncoding.DecodeString(webp)
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{
		"PNG":  asPNG(t, picture),
		"JPEG": encoded(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, picture, nil) }),
		"GIF":  encoded(t, func(b *bytes.Buffer) error { return gif.Encode(b, picture, nil) }),
		"WebP": fromWebP,
	}
}

func TestLogo_IsRedrawnAsASquarePNG(t *testing.T) {
	t.Parallel()
	for format, content := range samples(t) {
		made, err := Logo(bytes.NewReader(append(content, "<script>canary</script>"...)))
		if err != nil {
			t.Errorf("%s: %v", format, err)
			continue
		}
		config, name, err := image.DecodeConfig(bytes.NewReader(made))
		if err != nil || name != "png" || config.Width != logoSide || config.Height != logoSide || bytes.Contains(made, []byte("canary")) {
			t.Errorf("%s becomes %s of %d × %d, %v", format, name, config.Width, config.Height, err)
		}
	}
}

func TestLogo_GetsABackgroundThatShowsIt(t *testing.T) {
	t.Parallel()
	mark := func(with color.Color) image.Image { // a bar, transparent around
		picture := filled(90, 40, color.Transparent)
		for n := range 30 * 10 {
			picture.Set(30+n%30, 10+n/30, with)
		}
		return picture
	}
	for name, test := range map[string]struct {
		picture image.Image
		corner  color.RGBA
	}{
		"dark on nothing":  {mark(color.Black), color.RGBA{0xff, 0xff, 0xff, 0xff}},
		"white on nothing": {mark(color.White), color.RGBA{0x17, 0x21, 0x1d, 0xff}},
		"its own ground":   {filled(120, 40, color.RGBA{0x10, 0x20, 0xc0, 0xff}), color.RGBA{0x10, 0x20, 0xc0, 0xff}},
		"nothing at all":   {filled(40, 40, color.Transparent), color.RGBA{0xff, 0xff, 0xff, 0xff}},
	} {
		made, err := Logo(bytes.NewReader(asPNG(t, test.picture)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		read, err := png.Decode(bytes.NewReader(made))
		if err != nil {
			t.Fatal(err)
		}
		if got := color.RGBAModel.Convert(read.At(0, 0)); got != test.corner {
			t.Errorf("%s stands on %v", name, got)
		}
	}
}

// bomb is a PNG that says it has so many pixels, and has none.
func bomb(wide, high uint32) []byte {
	chunk := func(name string, data []byte) []byte {
		body := append([]byte(name), data...)
		return append(append(binary.BigEndian.AppendUint32(nil, uint32(len(data))), body...),
			binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(body))...)
	}
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, wide), high)
	return append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(header, 8, 6, 0, 0, 0))...)
}

func TestLogo_GivesTheReasonForRefusing(t *testing.T) {
	t.Parallel()
	encoded := samples(t)["PNG"]
	for name, test := range map[string]struct {
		content []byte
		says    string
	}{
		"nothing":       {nil, "PNG, JPEG, GIF or WebP"},
		"SVG":           {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), "PNG, JPEG, GIF or WebP"},
		"HTML":          {[]byte(`<script>alert(1)</script>`), "PNG, JPEG, GIF or WebP"},
		"cut off":       {encoded[:len(encoded)/2], "PNG, JPEG, GIF or WebP"},
		"too many":      {bomb(60_000, 60_000), "at most 4 million pixels"},
		"far too many":  {bomb(1<<31-1, 1<<31-1), "PNG, JPEG, GIF or WebP"},
		"a line":        {asPNG(t, filled(2000, 4, color.Black)), "at least 32 pixels"},
		"too many KB":   {append(bytes.Clone(encoded), make([]byte, MaxLogoBytes)...), "at most 512 KB"},
		"too many high": {bomb(100, 1_000_000), "at most 4 million pixels"},
	} {
		_, err := Logo(bytes.NewReader(test.content))
		if _, ours := errors.AsType[LogoError](err); !ours || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzLogo(f *testing.F) {
	for _, content := range samples(f) {
		f.Add(content)
	}
	f.Add(bomb(100, 100))
	f.Fuzz(func(t *testing.T, content []byte) {
		made, err := Logo(bytes.NewReader(content))
		if err != nil {
			if _, ours := errors.AsType[LogoError](err); !ours {
				t.Fatal(err)
			}
			return
		}
		if config, err := png.DecodeConfig(bytes.NewReader(made)); err != nil || config.Width != logoSide || config.Height != logoSide {
			t.Fatalf("%v, %d × %d", err, config.Width, config.Height)
		}
	})
}
