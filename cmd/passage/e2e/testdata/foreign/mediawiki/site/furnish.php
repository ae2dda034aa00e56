<?php
/**
 * Furnishes a new wiki, for its command line: gives its user a second factor, as
 * Special:OATHManage does, a page with a card, and pages that they have edited.
 */
require_once getenv( 'MW_INSTALL_PATH' ) . '/maintenance/Maintenance.php';

use MediaWiki\MediaWikiServices;

class Furnish extends Maintenance {
	private const CARDS = <<<'TEXT'
{| class="wikitable"
! Id !! Last4 !! Type !! Expires !! Zip !! Default !! Number
|-
| c1 || 4242 || credit_card || 08/28 || 98101 || yes || 4242424242424242
|-
| c2 || 0005 || debit_card || 01/29 || 10001 || no || 378282246310005
TEXT;

	public function execute() {
		$services = MediaWikiServices::getInstance();
		$user = $services->getUserFactory()->newFromName( 'Ada' );
		MWTimestamp::setFakeTime( 1788000000 );
		$this->edit( $user, 'User:Ada/Cards', self::CARDS );
		for ( $n = 1; $n <= 29; $n++ ) {
			// A minute apart: the wiki's own lists skip edits of the same second at the end of a page.
			MWTimestamp::setFakeTime( 1788000000 + 60 * $n );
			$this->edit( $user, "Note $n", "This is note $n." );
		}
		MWTimestamp::setFakeTime( false );

		$repository = $services->getService( 'OATHUserRepository' );
		$owner = $repository->findByUser( $user );
		$module = $services->getService( 'OATHAuth' )->getModuleByKey( 'totp' );
		$owner->setKeys( [ $module->newKey( [ 'secret' => getenv( 'SITE_SECRET' ), 'scratch_tokens' => [] ] ) ] );
		$owner->setModule( $module );
		$repository->persist( $owner, '127.0.0.1' );
	}

	private function edit( $user, $title, $text ) {
		$page = MediaWikiServices::getInstance()->getWikiPageFactory()->newFromTitle( Title::newFromText( $title ) );
		$status = $page->doUserEditContent( new WikitextContent( $text ), $user, '' );
		if ( !$status->isOK() ) {
			$this->fatalError( "edit $title: " . $status->getMessage()->text() );
		}
	}
}

$maintClass = Furnish::class;
require_once RUN_MAINTENANCE_IF_MAIN;
