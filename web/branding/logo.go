package branding

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	_ "image/gif" // the formats that a logo may come in
	_ "image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"
)

// The limits of a logo. Pixels are counted before any is decoded: a few bytes
// can stand for gigabytes of them.
const (
	MaxLogoBytes  = 512 << 10
	maxLogoPixels = 4_000_000
	minLogoSide   = 32
	logoSide      = 192 // of what is made: the tile of 40 pixels, on the finest screens
)

// LogoError says why a logo cannot be taken: “must …”.
type LogoError string

func (e LogoError) Error() string { return string(e) }

// TooLarge is the error of a logo with more bytes than it may have.
const TooLarge LogoError = "must have at most 512 KB"

const errLogoFormat LogoError = "must be a PNG, JPEG, GIF or WebP picture"

// Logo reads a picture and draws it anew, as a square PNG: nothing of the bytes
// that came reaches a page. A LogoError says why it cannot be taken.
func Logo(from io.Reader) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(from, MaxLogoBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read the logo: %w", err)
	}
	if len(content) > MaxLogoBytes {
		return nil, TooLarge
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(content))
	if err != nil {
		return nil, errLogoFormat
	}
	if refused := refuseSize(config.Width, config.Height); refused != nil {
		return nil, refused
	}
	picture, _, err := image.Decode(bytes.NewReader(content))
	if err != nil {
		return nil, errLogoFormat
	}
	// A GIF's picture may have another size than the file says.
	if refused := refuseSize(picture.Bounds().Dx(), picture.Bounds().Dy()); refused != nil {
		return nil, refused
	}
	var made bytes.Buffer
	if err := png.Encode(&made, onSquare(picture)); err != nil {
		return nil, fmt.Errorf("write the logo: %w", err)
	}
	return made.Bytes(), nil
}

func refuseSize(width, height int) error {
	switch {
	case width < minLogoSide || height < minLogoSide:
		return LogoError(fmt.Sprintf("must be at least %d pixels wide and high, not %d × %d", minLogoSide, width, height))
	case width > maxLogoPixels/height:
		return LogoError(fmt.Sprintf("must have at most %d million pixels, not %d × %d", maxLogoPixels/1_000_000, width, height))
	}
	return nil
}

// onSquare fits a picture into a square with a ground of its own, so that it
// looks the same in both themes.
func onSquare(picture image.Image) image.Image {
	square := image.NewRGBA(image.Rect(0, 0, logoSide, logoSide))
	draw.Draw(square, square.Bounds(), image.NewUniform(ground(picture)), image.Point{}, draw.Src)
	size := picture.Bounds().Size()
	wide, high := logoSide, logoSide
	if size.X > size.Y {
		high = max(1, logoSide*size.Y/size.X)
	} else {
		wide = max(1, logoSide*size.X/size.Y)
	}
	at := image.Rect(0, 0, wide, high).Add(image.Pt((logoSide-wide)/2, (logoSide-high)/2))
	draw.CatmullRom.Scale(square, at, picture, picture.Bounds(), draw.Over, nil)
	return square
}

// ground is what a logo stands on: its own, where its corner shows one; else
// white, or for a logo that is itself nearly white, the pages' darkest.
func ground(picture image.Image) color.Color {
	bounds := picture.Bounds()
	corner := picture.At(bounds.Min.X, bounds.Min.Y)
	if _, _, _, alpha := corner.RGBA(); alpha == 0xffff {
		return corner
	}
	if brightness(picture) > 0.75 {
		return color.RGBA{0x17, 0x21, 0x1d, 0xff}
	}
	return color.White
}

// brightness is that of what is drawn of a picture, from 0 to 1.
func brightness(picture image.Image) float64 {
	bounds := picture.Bounds()
	var light, drawn float64
	for y := bounds.Min.Y; y < bounds.Max.Y; y += 1 + bounds.Dy()/logoSide {
		for x := bounds.Min.X; x < bounds.Max.X; x += 1 + bounds.Dx()/logoSide {
			c := picture.At(x, y)
			_, _, _, alpha := c.RGBA()
			grey, _ := color.Gray16Model.Convert(c).(color.Gray16) // of a colour times its alpha
			light += float64(grey.Y)
			drawn += float64(alpha)
		}
	}
	if drawn == 0 {
		return 0
	}
	return light / drawn
}
