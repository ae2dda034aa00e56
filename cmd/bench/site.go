package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"

	"passage/automation/replica"
)

// site is Demo Mobile with its payment processor, which is on another site as
// real ones are.
type site struct {
	address string // the carrier's origin
	frame   string // the processor's host and port
	carrier *replica.Carrier
	servers []*http.Server
	serving sync.WaitGroup
}

func serveSite() (*site, error) {
	s := &site{}
	s.carrier = replica.NewCarrier(replica.CarrierOptions{FrameURL: func() string { return "http://" + s.frame }})
	carrier, err := s.serve(s.carrier.Site())
	if err != nil {
		return nil, err
	}
	frame, err := s.serve(s.carrier.CardFrame())
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	s.address = "http://" + carrier.String()
	s.frame = fmt.Sprintf("localhost:%d", frame.Port)
	return s, nil
}

func (s *site) serve(handler http.Handler) (*net.TCPAddr, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: patience}
	s.servers = append(s.servers, server)
	s.serving.Go(func() { _ = server.Serve(listener) }) // ends through close
	return listener.Addr().(*net.TCPAddr), nil
}

func (s *site) close() error {
	var errs []error
	for _, server := range s.servers {
		errs = append(errs, server.Close())
	}
	s.serving.Wait()
	return errors.Join(errs...)
}
